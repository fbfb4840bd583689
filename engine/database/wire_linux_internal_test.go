package database

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestWhatIsSentIsNotHeldForEver: the kernel gives up a connection whose peer takes nothing more of what was sent. Here its
// window is closed, which is what can be had without the right to drop packets; by itself TCP would ask for ever.
func TestWhatIsSentIsNotHeldForEver(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	dialer := net.Dialer{Control: func(network, _ string, conn syscall.RawConn) error {
		return bindUnacknowledged(network, conn, 300*time.Millisecond)
	}}
	conn, err := dialer.DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	peer, err := listener.Accept() // which never reads
	require.NoError(t, err)
	defer func() { _ = peer.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.Copy(conn, endless{})
	require.ErrorIs(t, err, unix.ETIMEDOUT)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestConnectionsBoundWhatIsUnacknowledged: those of the pool have the bound.
func TestConnectionsBoundWhatIsUnacknowledged(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	conn, err := newDialer().DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	var bound int
	require.NoError(t, raw.Control(func(fd uintptr) {
		bound, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
	}))
	require.NoError(t, err)
	require.EqualValues(t, unacknowledged.Milliseconds(), bound)
}
