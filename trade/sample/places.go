package sample

import (
	"strconv"
	"strings"
)

// country is a country with what addresses look like there.
type country struct {
	name string
	// street has {name} and {n}; postal and phone have # for a digit and ? for a letter.
	street, postal, phone string
	towns                 []town
}

// town is a town with its state or province, where addresses name it.
type town struct {
	name, region string
}

// towns makes towns of names, of which each may end in a slash and its region.
func towns(names ...string) []town {
	list := make([]town, len(names))
	for i, name := range names {
		list[i].name, list[i].region, _ = strings.Cut(name, "/")
	}
	return list
}

// countries returns the countries that the firm trades with.
func countries() []country {
	return []country{
		{"USA", "{n} {name} Street", "#####", "(###) 555-####", towns("Portland/OR", "Seattle/WA", "Boise/ID", "Albuquerque/NM", "Anchorage/AK", "Denver/CO", "Boston/MA", "Savannah/GA", "Madison/WI", "Austin/TX")},
		{"Germany", "{name}str. {n}", "#####", "0##-#######", towns("Berlin", "Leipzig", "Köln", "Münster", "Hamburg", "Stuttgart", "Aachen", "Mannheim", "Freiburg")},
		{"France", "{n}, rue {name}", "#####", "0#.##.##.##.##", towns("Lyon", "Nantes", "Reims", "Strasbourg", "Toulouse", "Marseille", "Lille", "Paris")},
		{"UK", "{n} {name} Road", "?## #??", "(0###) 555-####", towns("London", "Leeds", "Bristol", "Cowes/Isle of Wight", "Glasgow", "Cardiff", "York")},
		{"Brazil", "Rua {name}, {n}", "#####-###", "(##) 555-####", towns("São Paulo/SP", "Campinas/SP", "Rio de Janeiro/RJ", "Curitiba/PR", "Resende/RJ", "Recife/PE")},
		{"Mexico", "Calle {name} {n}", "#####", "(5) 555-####", towns("México D.F.", "Guadalajara/JAL", "Puebla/PUE", "Mérida/YUC")},
		{"Canada", "{n} {name} Avenue", "?#? #?#", "(###) 555-####", towns("Montréal/Québec", "Vancouver/BC", "Calgary/AB", "Tsawassen/BC", "Halifax/NS", "Toronto/ON")},
		{"Spain", "C/ {name}, {n}", "#####", "(9#) ### ## ##", towns("Madrid", "Sevilla", "Barcelona", "Bilbao", "Valencia")},
		{"Italy", "Via {name} {n}", "#####", "0##-######", towns("Torino", "Bergamo", "Reggio Emilia", "Bologna", "Palermo")},
		{"Sweden", "{name}gatan {n}", "S-### ##", "0###-## ## ##", towns("Luleå", "Bräcke", "Göteborg", "Malmö")},
		{"Austria", "{name}gasse {n}", "####", "####-####", towns("Graz", "Salzburg", "Wien", "Linz")},
		{"Switzerland", "{name}weg {n}", "####", "0##-######", towns("Bern", "Genève", "Zürich", "Basel")},
		{"Finland", "{name}katu {n}", "#####", "90-### ####", towns("Helsinki", "Oulu", "Tampere", "Turku")},
		{"Denmark", "{name}vej {n}", "####", "## ## ## ##", towns("København", "Århus", "Odense")},
		{"Norway", "{name}veien {n}", "####", "0#-## ## ##", towns("Stavern", "Bergen", "Trondheim")},
		{"Belgium", "Rue {name}, {n}", "B-####", "(0#) ### ## ##", towns("Bruxelles", "Charleroi", "Liège")},
		{"Portugal", "Rua {name}, {n}", "####-###", "(1) 354-####", towns("Lisboa", "Porto", "Braga")},
		{"Ireland", "{n} {name} Lane", "", "#### ####", towns("Cork/Co. Cork", "Galway/Co. Galway", "Dublin")},
		{"Netherlands", "{name}straat {n}", "#### ??", "(0###) ######", towns("Zaandam", "Utrecht", "Delft")},
		{"Poland", "ul. {name} {n}", "##-###", "(26) ###-####", towns("Warszawa", "Kraków", "Gdańsk")},
		{"Argentina", "Av. {name} {n}", "####", "(1) 135-####", towns("Buenos Aires", "Rosario", "Córdoba")},
		{"Venezuela", "Carrera {name} #{n}", "####", "(#) ###-####", towns("Caracas/DF", "Barquisimeto/Lara", "San Cristóbal/Táchira")},
		{"Japan", "{n} {name}-machi", "###-####", "(0#) ####-####", towns("Tokyo", "Osaka", "Kyoto", "Sapporo")},
		{"Australia", "{n} {name} Parade", "####", "(0#) ####-####", towns("Melbourne/Victoria", "Sydney/NSW", "Perth/WA")},
		{"Singapore", "{n} {name} Quay", "0###", "555-####", towns("Singapore")},
	}
}

// address is where a company or a person is reached.
type address struct {
	street, city, region, postal, country, phone, fax string
}

// address draws an address.
func (d *draw) address(countries []country) address {
	c := countries[d.early(len(countries))]
	t := pick(d, c.towns)
	street := strings.NewReplacer("{name}", d.faker.LastName(), "{n}", strconv.Itoa(d.between(1, 320))).Replace(c.street)
	a := address{street: street, city: t.name, region: t.region, postal: d.pattern(c.postal), country: c.name, phone: d.pattern(c.phone)}
	if d.chance(700) {
		a.fax = d.pattern(c.phone)
	}
	return a
}
