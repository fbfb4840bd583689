// Package sample makes up the data of an order desk: companies, people, goods and some years of orders.
//
// The data is a pure function of a [Size] and a seed, to the byte, on every machine: each row draws from a generator
// seeded with the table and the row's number, all arithmetic is on integers, and no clock is read. Rows are made while
// they are read, so that only customers and products, which orders look up, are ever held in memory.
package sample
