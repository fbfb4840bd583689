package load

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// ErrNothing is returned for a source without tables.
var ErrNothing = errors.New("nothing to load")

// Directory returns the CSV files of a directory as a source: `orders.csv` holds the table orders, and its first line
// names the columns. The files are RFC 4180 in UTF-8; a byte order mark and CRLF are fine. An empty cell is NULL, a
// quoted empty cell ("") an empty text. Other files, hidden ones and directories are left alone.
//
// The headers are read at once; all that is wrong with them comes back together, each a *[Fault] joined to the next.
// A directory without CSV files is [ErrNothing].
func Directory(dir string) (Source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the directory of CSV files: %w", err)
	}
	var source Source
	var faults []error
	for _, entry := range entries {
		name := entry.Name()
		extension := filepath.Ext(name)
		if entry.IsDir() || strings.HasPrefix(name, ".") || !strings.EqualFold(extension, ".csv") {
			continue
		}
		table, err := openCSV(strings.TrimSuffix(name, extension), filepath.Join(dir, name))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		source = append(source, table)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(source) == 0 {
		return nil, fmt.Errorf("%w: %s has no .csv files", ErrNothing, dir)
	}
	return source, nil
}

// openCSV reads the header of a file, and leaves it closed.
func openCSV(table, path string) (Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return Table{}, fmt.Errorf("open the records of %s: %w", table, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	columns, err := newCSVReader(path, file).readHeader()
	if err != nil {
		return Table{}, err
	}
	return Table{
		Name:    table,
		From:    path,
		Columns: columns,
		Rows:    Unknown,
		Records: func() iter.Seq2[Record, error] { return readCSV(path) },
	}, nil
}

// readCSV streams the records of a file, which is open only while they are read.
func readCSV(path string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(Record{}, fmt.Errorf("open records: %w", err))
			return
		}
		defer func() { _ = file.Close() }() // it was only read
		reader := newCSVReader(path, file)
		if _, err := reader.readHeader(); err != nil {
			yield(Record{}, err)
			return
		}
		reader.records()(yield)
	}
}
