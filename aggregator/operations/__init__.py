"""What operators see and do: one snapshot of the store; status, alerts and metrics made of it."""
