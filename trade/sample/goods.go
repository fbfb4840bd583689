package sample

import "strconv"

// category is a group of products with the words that their names are made of.
type category struct {
	name, description string
	nouns, packs      []string
}

// categories returns the groups of products. In a pack # is a number.
func categories() []category {
	return []category{
		{"Beverages", "Coffees, teas, juices, beers and wines",
			[]string{"Coffee", "Green Tea", "Pale Ale", "Apple Juice", "Lager", "Stout", "Cider", "Ginger Ale", "Riesling", "Elderflower Syrup"},
			[]string{"# - 12 oz bottles", "# - 0.5 l bottles", "# boxes x 20 bags", "# - 355 ml cans"}},
		{"Condiments", "Sauces, relishes, spreads and spices",
			[]string{"Mustard", "Chutney", "Hot Sauce", "Sea Salt", "Olive Oil", "Cranberry Sauce", "Soy Sauce", "Pepper Mix", "Vinegar", "Honey"},
			[]string{"# - 8 oz jars", "# - 250 ml bottles", "# - 2 kg boxes", "# jars"}},
		{"Confections", "Desserts, candies, biscuits and sweet breads",
			[]string{"Chocolate", "Marzipan", "Shortbread", "Toffee", "Gingerbread", "Liquorice", "Wafers", "Nougat", "Fruit Drops", "Waffles"},
			[]string{"# pkgs. x 10 pieces", "# - 100 g pieces", "# bars", "# - 250 g bags"}},
		{"Dairy Products", "Cheeses, butters and creams",
			[]string{"Cheddar", "Goat Cheese", "Butter", "Gorgonzola", "Mozzarella", "Crème Fraîche", "Brie", "Mascarpone", "Blue Cheese", "Yoghurt"},
			[]string{"# - 500 g pkgs.", "# kg pkg.", "# - 200 g packages", "# rounds"}},
		{"Grains and Cereals", "Breads, crackers, pasta and cereals",
			[]string{"Rye Bread", "Crispbread", "Ravioli", "Muesli", "Gnocchi", "Oat Flakes", "Couscous", "Noodles", "Crackers", "Wild Rice"},
			[]string{"# - 250 g pkgs.", "# - 1 kg pkgs.", "# pieces", "# - 500 g bags"}},
		{"Meat and Poultry", "Prepared meats, sausages and poultry",
			[]string{"Ham", "Salami", "Bratwurst", "Smoked Turkey", "Pâté", "Bacon", "Meat Pie", "Corned Beef", "Duck Confit", "Pastrami"},
			[]string{"# - 500 g tins", "# bags x 30 sausgs.", "# pies", "# - 1 kg tins"}},
		{"Produce", "Dried fruit, vegetables and bean curd",
			[]string{"Dried Pears", "Sauerkraut", "Tofu", "Dried Apples", "Artichokes", "Sun-Dried Tomatoes", "Figs", "Chestnuts", "Lentils", "Olives"},
			[]string{"# - 300 g pkgs.", "# - 825 g cans", "# pkgs.", "# - 1 lb pkgs."}},
		{"Seafood", "Fish, shellfish and seaweed",
			[]string{"Smoked Salmon", "Crab Meat", "Caviar", "Pickled Herring", "Clam Chowder", "Sardines", "Nori", "Scallops", "Anchovies", "Squid"},
			[]string{"# - 4 oz tins", "# - 500 ml pkgs.", "# - 150 g jars", "# - 200 g tins"}},
	}
}

// origins returns the first words of product names.
func origins() []string {
	return []string{
		"Alpine", "Amber", "Atlantic", "Baker's", "Bay", "Black Forest", "Bluebell", "Brookside", "Captain's", "Coastal",
		"Country", "Fireside", "Fjord", "Golden", "Grandmother's", "Harbour", "Harvest", "Heather", "Highland", "Hillside",
		"Island", "Juniper", "Lakeland", "Maple", "Meadow", "Mill Lane", "Monastery", "Mountain", "Nordic", "Oak Barrel",
		"Old Town", "Orchard", "Prairie", "Provençal", "Red Barn", "River", "Royal", "Silver", "Sunrise", "Tuscan",
		"Valley", "Village", "Wild", "Windmill", "Winter", "Wood Oven",
	}
}

// product is what order lines and the table of products need to know of one.
type product struct {
	name, pack              string
	supplier, category      int
	price                   int // in hundredths
	stock, ordered, reorder int
	discontinued            bool
}

// product draws a product.
func (d *draw) product(id, suppliers int, categories []category, origins []string) product {
	d.start(streamProducts, id)
	p := product{supplier: 1 + d.below(suppliers), category: 1 + d.below(len(categories))}
	c := categories[p.category-1]
	p.name = pick(d, origins) + " " + pick(d, c.nouns)
	p.pack = strconv.Itoa(d.between(1, 8)*6) + pick(d, c.packs)[1:]
	p.price = 5 * (50 + d.below(45)*d.below(45)) // 2.50 to 99.30, mostly low
	if d.chance(30) {
		p.price *= 3
	}
	p.stock, p.reorder = d.below(126), 5*d.below(7)
	switch {
	case d.chance(60):
		p.discontinued, p.stock, p.reorder = true, 0, 0
	case p.stock <= p.reorder:
		p.ordered = 10 * d.between(1, 10)
	}
	return p
}
