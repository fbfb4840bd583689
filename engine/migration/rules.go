package migration

// Rule is something that lint looks for.
type Rule struct {
	Code    string `json:"code"`
	Title   string `json:"title"`
	Instead string `json:"instead"` // what to do instead
}

// The codes of the rules that are not Atlas'.
const (
	ruleIndexBlocks   = "CB101"
	ruleRewrite       = "CB102"
	ruleNotNullScan   = "CB103"
	ruleForeignScan   = "CB104"
	ruleCheckScan     = "CB105"
	ruleDropped       = "CB201"
	ruleInsertsFail   = "CB202"
	ruleTypeChanged   = "CB203"
	ruleForeignIndex  = "CB301"
	ruleNonLinear     = "CB401"
	ruleHistory       = "CB402"
	ruleIrreversible  = "CB501"
	ruleAllowNoReason = "CB502"
)

// Rules lists what lint looks for: Atlas' codes first. docs/lint.md has a section for each.
func Rules() []Rule {
	return []Rule{
		{"DS101", "A schema is dropped", "Drop what is in it first, one release after the program has stopped using it."},
		{"DS102", "A table is dropped", "Stop using it, release that, keep a copy, and drop it in a later release."},
		{"DS103", "A column is dropped", "Stop using it, release that, and drop it in a later release."},
		{"MF101", "A unique index may meet duplicates", "Find them first: SELECT key, count(*) ... GROUP BY key HAVING count(*) > 1; then build it CONCURRENTLY."},
		{"MF102", "An index that becomes unique may meet duplicates", "Build the unique one beside it, CONCURRENTLY, and drop the old one after that."},
		{"MF103", "A NOT NULL column without a default fails where there are rows", "Give it a default, or add it without NOT NULL, fill it, and then forbid NULL (CB103)."},
		{"MF104", "A column that becomes NOT NULL may hold NULL", "Fill it in a migration before, and validate a check that says so (CB103)."},
		{"CD101", "A foreign key is dropped with its column", "Drop the constraint in a migration of its own, or say that it is meant."},
		{"BC101", "A table is renamed", "Make a view of the old name in the same file, or add, copy and drop over three releases."},
		{"BC102", "A column is renamed", "Add the new one, write both, copy, read the new one, and drop the old one in a later release."},
		{ruleIndexBlocks, "An index is built while nobody can write", "CREATE INDEX CONCURRENTLY, alone in a file that begins with: -- atlas:txmode none; a constraint then takes it over: ADD CONSTRAINT ... UNIQUE USING INDEX."},
		{ruleRewrite, "A table is written anew while nobody can use it", "Add a column of the new type or with the default set later, fill it in batches, and switch over."},
		{ruleNotNullScan, "SET NOT NULL looks at every row while nobody can use the table", "ADD CONSTRAINT ... CHECK (column IS NOT NULL) NOT VALID; in another file VALIDATE CONSTRAINT, then SET NOT NULL and drop the check."},
		{ruleForeignScan, "A foreign key looks at every row while nobody can write", "ADD CONSTRAINT ... NOT VALID; VALIDATE CONSTRAINT in another file."},
		{ruleCheckScan, "A check looks at every row while nobody can use the table", "ADD CONSTRAINT ... NOT VALID; VALIDATE CONSTRAINT in another file."},
		{ruleDropped, "The previous release still uses what is dropped", "Drop it one release after the last program that reads or writes it, and say so: -- cambium:allow CB201 unused since ..."},
		{ruleInsertsFail, "The previous release inserts no value for a column that needs one", "Give it a default, at least until the previous release is gone."},
		{ruleTypeChanged, "The previous release expects another type", "Add a column of the new type, write both, and drop the old one in a later release."},
		{ruleForeignIndex, "A foreign key has no index", "CREATE INDEX CONCURRENTLY on its columns: without it, each delete of a referenced row reads the whole table."},
		{ruleNonLinear, "A new file is older than one of the base", "api migrate rebase --base REVISION puts it after all others."},
		{ruleHistory, "A file of the base was changed or removed", "Restore it, and put the change in a new migration: databases have applied it."},
		{ruleIrreversible, "A file has no reverse", "Write down/NAME.sql, or say why there is none: -- cambium:allow CB501 ..."},
		{ruleAllowNoReason, "An acknowledgement names no rule, or no reason", "-- cambium:allow CODE reason"},
	}
}

func ruleOf(code string) (Rule, bool) {
	for _, r := range Rules() {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
