"""Conditions: questions about one received item, and what they found where the answer was nearly yes.

`base` says what a condition is, `kinds` makes them from what users give, `expressions` compiles Python expressions over
an item, `subset` and `json_conditions` judge JSON, and `findings` holds the material of a nearest miss.
"""
