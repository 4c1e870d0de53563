"""What is sold: product types, products, add-ons, list prices and price lists."""
