"""What tests stand on: fakes, drivers, and the values that they begin with."""
