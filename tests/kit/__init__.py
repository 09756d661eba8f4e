"""What tests and curious people share: small tools that look at the product from outside."""
