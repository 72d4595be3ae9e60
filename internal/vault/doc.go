// Package vault keeps personal data unreadable at rest. It seals values under
// keys that can be rotated, names conversations and looks values up by keyed
// hashes under one key that is for life, and makes the references of
// referrals.
//
// The room does no I/O: a keyset comes in as text, randomness as a reader.
// It may import bot.
package vault
