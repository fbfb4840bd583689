package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyBytes is how long a cursor key is at least: that of HMAC-SHA-256.
const keyBytes = 32

var errKey = errors.New("must be at least 32 random bytes in hexadecimal or base64: make one with: openssl rand -hex 32")

func parseCursorKey(s *settings, text string) error {
	key, err := decodeKey(text)
	s.cursorKey = key
	return err
}

// decodeKey reads hexadecimal, which is base64 too, then base64, with its two alphabets, padded or not.
func decodeKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(text)
	if err != nil {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		key, err = base64.RawStdEncoding.DecodeString(plain)
	}
	if err != nil || len(key) < keyBytes {
		return nil, errKey
	}
	return key, nil
}

func showCursorKey(s *settings) string {
	if s.cursorKey == nil {
		return "(none)"
	}
	return "(set)"
}

// randomKey is for cursors that need not outlive the process.
func randomKey() []byte {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return key
}

// The files of a data directory's keys.
const (
	cursorKey = "cursor.key"
	tokenKey  = "token.key"
)

// keptKey is a key of a data directory, which is made at the first use.
func keptKey(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := randomKey()
		return key, keep(path, hex.EncodeToString(key)+"\n")
	}
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	key, err := decodeKey(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("the key in %s is damaged: delete the file, and a new one is made", path)
	}
	return key, nil
}

// keep writes a file of the user's alone, whole or not at all.
func keep(path, text string) error {
	const mine, dirMode = 0o600, 0o755
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	part := path + ".part"
	if err := os.WriteFile(part, []byte(text), mine); err != nil {
		return fmt.Errorf("keep the key: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("keep the key: %w", err)
	}
	return nil
}
