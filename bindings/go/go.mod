module github.com/Friz-zy/pyspaces/bindings/go

go 1.19
