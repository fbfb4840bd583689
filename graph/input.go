package graph

import (
	"errors"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/read"
	"cambium/engine/write"
	"cambium/trade"
)

// keys reads ids of arguments. What is wrong with them is collected.
type keys struct{ faults write.Faults }

// of returns the key of an entity's row that an id names. One that names no such row is as good as the id of a row that is
// not there.
func (k *keys) of(entity, id string, field ...ast.PathElement) int64 {
	named, text, ok := read.ParseID(id)
	key, err := strconv.ParseInt(text, 10, 64)
	if !ok || named != entity || err != nil {
		k.faults = append(k.faults, &write.Error{Code: write.NotFound, Message: "there is no such row", Field: field})
	}
	return key
}

func (k *keys) goods(inputs []*GoodsInput, path ...ast.PathElement) []trade.Goods {
	goods := make([]trade.Goods, len(inputs))
	for i, in := range inputs {
		at := append(append(ast.Path{}, path...), ast.PathIndex(i), ast.PathName("product"))
		goods[i] = trade.Goods{Product: k.of("Product", in.Product, at...), Quantity: int32(in.Quantity)} // an Int has 32 bits
	}
	return goods
}

func (k *keys) err() error {
	if len(k.faults) > 0 {
		return k.faults
	}
	return nil
}

// under puts the faults of an input under the argument that it came by.
func under(argument string, err error) error {
	var faults write.Faults
	if !errors.As(err, &faults) {
		return err
	}
	moved := make(write.Faults, len(faults))
	for i, f := range faults {
		fault := *f
		fault.Field = append(ast.Path{ast.PathName(argument)}, f.Field...)
		moved[i] = &fault
	}
	return moved
}
