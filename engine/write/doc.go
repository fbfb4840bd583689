// Package write turns the input of a mutation into ent mutations and runs them set by set: ent's defaults, validators,
// hooks and policies are run for each row, and the rows of a level are stored by one statement.
//
// An input is interpreted in three steps, each for the whole of it. It is read ([plan]): every fault of it is found
// before anything runs. What it refers to is resolved under the viewer's rules ([resolver]): one statement for all ids
// and unique keys that are known, one more for each level below. Then the rows are written ([Batch]), those that others
// depend on first.
//
// The statements take arrays, one for each column (INSERT ... SELECT FROM unnest): their text is the same for one row
// and for a thousand, and no number of rows meets the protocol's limit of 65,535 parameters.
package write
