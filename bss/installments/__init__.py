"""Payment plans: how the price of a term is split into installments, and who may pay so."""
