package sample

import "strings"

// contactTitles returns the jobs of those whom one talks to at a company.
func contactTitles() []string {
	return []string{
		"Owner", "Sales Representative", "Sales Manager", "Sales Agent", "Sales Associate", "Order Administrator",
		"Marketing Manager", "Marketing Assistant", "Accounting Manager", "Purchasing Manager", "Export Administrator",
		"Product Manager", "Wholesale Account Agent", "Regional Account Rep.",
	}
}

// companyNames returns what companies are called: {a} and {b} are family names, {town} is where they are.
func companyNames() []string {
	return []string{
		"{a} Trading", "{a} & {b}", "{a} Imports", "{a} and Sons", "{a} Delicatessen", "{town} Grocers", "{a} Wholesale",
		"{a} Foods", "{a} Fine Foods", "Bistro {a}", "{town} Provisions", "{a}, {b} & Co.", "Maison {a}", "Café {a}",
		"{a} Market", "{town} Food Traders", "{a} Specialties", "{a} Supermarkets", "Casa {a}", "The {a} Larder",
	}
}

// company is a customer or a supplier.
type company struct {
	code, name, contact, title string
	address
}

// company draws a company; start comes first.
func (d *draw) company(w *words) company {
	c := company{address: d.address(w.countries)}
	c.name = strings.NewReplacer("{a}", d.faker.LastName(), "{b}", d.faker.LastName(), "{town}", c.city).Replace(pick(d, w.companies))
	c.contact = d.faker.FirstName() + " " + d.faker.LastName()
	c.title = pick(d, w.titles)
	return c
}

// codeLength is the length of a customer's code, as in ALFKI.
const codeLength = 5

// code makes a customer's code of the company's name: its first five letters, or fewer of them and as many others as
// make it one that is not taken yet.
func code(name string, taken map[string]bool) string {
	letters := make([]byte, 0, codeLength)
	for _, r := range strings.ToUpper(name) {
		if 'A' <= r && r <= 'Z' && len(letters) < codeLength {
			letters = append(letters, byte(r))
		}
	}
	for len(letters) < codeLength {
		letters = append(letters, 'X')
	}
	c := string(letters)
	for n, others := 0, 1; taken[c]; n++ {
		if n == power(others) {
			n, others = 0, others+1
		}
		c = string(letters[:codeLength-others]) + suffix(n, others)
	}
	taken[c] = true
	return c
}

// suffix writes n in letters.
func suffix(n, length int) string {
	out := make([]byte, length)
	for i := length - 1; i >= 0; i-- {
		out[i] = byte('A' + n%26)
		n /= 26
	}
	return string(out)
}

// power returns how many suffixes of a length there are.
func power(length int) int {
	p := 1
	for range length {
		p *= 26
	}
	return p
}

// manager returns to whom an employee reports: everyone to one of the first, span to each, none at the top. Ids run
// level by level, so a tree of 200 with a span of 5 has five levels.
func manager(id, span int) int {
	if id == 1 {
		return 0
	}
	return (id-2)/span + 1
}

// level returns how many managers are above an employee.
func level(id, span int) int {
	n := 0
	for id = manager(id, span); id > 0; id = manager(id, span) {
		n++
	}
	return n
}

// jobTitle returns the title of a level.
func jobTitle(level int) string {
	titles := []string{"President", "Vice President, Sales", "Sales Director", "Sales Manager", "Sales Representative"}
	return titles[min(level, len(titles)-1)]
}
