// Package rules holds the rules of the house as tests: which room may import
// which and why, what the pure core may not touch, what may never stand in a
// log, what a test may not do. It has no code of its own; `make check` runs it.
package rules
