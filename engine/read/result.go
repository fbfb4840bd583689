package read

// result keeps the rows of a statement whose rows are a page: their values are the connection's and must be copied.
//
// A page at the root is not one array, as those under it are: PostgreSQL holds a kilobyte for every value that it sends
// in one row until that row is sent (record_send), which for a page of pages comes to megabytes.
type result struct {
	n      int
	width  int
	values [][]byte
	chunk  []byte
}

// The sizes of the chunks that values are copied to: from a few rows to what one read of the network brings.
const (
	firstChunk = 8 << 10
	maxChunk   = 256 << 10
)

func (p *result) add(row [][]byte) {
	p.n, p.width = p.n+1, len(row)
	for _, v := range row {
		if v == nil {
			p.values = append(p.values, nil)
			continue
		}
		if cap(p.chunk)-len(p.chunk) < len(v) {
			size := max(firstChunk, min(2*cap(p.chunk), maxChunk), len(v))
			p.chunk = make([]byte, 0, size)
		}
		from := len(p.chunk)
		p.chunk = append(p.chunk, v...)
		p.values = append(p.values, p.chunk[from:len(p.chunk):len(p.chunk)])
	}
}

func (p *result) row(i int) [][]byte { return p.values[i*p.width : (i+1)*p.width] }
