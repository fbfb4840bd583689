// Package studio serves a browser's view of the data: a web page over the GraphQL API.
package studio
