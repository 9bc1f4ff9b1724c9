"""The marrow model beside other solvers of the same equations."""
