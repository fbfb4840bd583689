// Package schema is the order desk's data, one file per entity. Everything else grows from it: the typed client, the
// migrations, the GraphQL API and the studio. After a change run `make generate`, then `make db-generate name=...`.
package schema
