package spaces_test

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

//go:embed *.go
var sources embed.FS

// Whatever is exported has a comment that godoc shows.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	documented := 0
	for _, entry := range must(sources.ReadDir("."))(t) {
		if strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		text := must(sources.ReadFile(entry.Name()))(t)
		file := must(parser.ParseFile(token.NewFileSet(), entry.Name(), text, parser.ParseComments))(t)
		for _, declaration := range file.Decls {
			for name, comment := range exportedBy(declaration) {
				documented++
				if comment == "" {
					t.Errorf("%s: %s has no comment", entry.Name(), name)
				}
			}
		}
	}
	if documented < 50 {
		t.Errorf("only %d exported names were found", documented)
	}
}

// exportedBy has the exported names of a declaration, with their comments.
func exportedBy(declaration ast.Decl) map[string]string {
	names := map[string]string{}
	add := func(name string, comments ...*ast.CommentGroup) {
		if ast.IsExported(name) {
			names[name] = ""
			for _, comment := range comments {
				names[name] += comment.Text()
			}
		}
	}
	if function, ok := declaration.(*ast.FuncDecl); ok {
		add(function.Name.Name, function.Doc)
		return names
	}
	group := declaration.(*ast.GenDecl)
	for _, one := range group.Specs {
		switch one := one.(type) {
		case *ast.TypeSpec:
			add(one.Name.Name, group.Doc, one.Doc)
		case *ast.ValueSpec:
			for _, name := range one.Names {
				add(name.Name, group.Doc, one.Doc, one.Comment)
			}
		}
	}
	return names
}
