"""The selected films' own answer: invited, confirmed or declined, and the reserve that follows."""
