package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/mixin"
)

// Contact is how a company is reached; customers and suppliers share it.
type Contact struct{ mixin.Schema }

// Fields of the Contact.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		text("company_name", "Name of the company."),
		optionalText("contact_name", "Person to talk to."),
		optionalText("contact_title", "Job title of that person."),
		optionalText("address", "Street and number."),
		optionalText("city", "City."),
		optionalText("region", "State or province."),
		optionalText("postal_code", "Postal code."),
		optionalText("country", "Country."),
		optionalText("phone", "Telephone number."),
		optionalText("fax", "Fax number."),
	}
}
