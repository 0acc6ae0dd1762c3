"""The whole life of bookings, by chance and step by step, beside the notes of a clerk who only adds up."""
