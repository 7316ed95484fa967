"""What other rooms read of the network, as typed values."""
