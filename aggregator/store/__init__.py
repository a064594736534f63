"""The state of Tilshi, in Redis or Valkey: keys in one table, every step atomic."""
