"""What both transports know of the network: addresses, TLS contexts, and the words for what fails there."""
