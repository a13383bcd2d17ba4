package scenarios

import "corsprobe/runner/s3cors"

// origin is one value of the origins dimension.
type origin struct {
	value       *string // nil: no Origin
	adversarial string  // what a neighbour would be confused with
}

// dimensions are the lists that a matrix combines, with their defaults filled in.
type dimensions struct {
	targets        []Target
	addressing     []Addressing
	authorisations []Authorisation
	origins        []origin
	methods        []string
	headers        []Headers
	send           []Send
}

func (m *Matrix) dimensions(cfg *s3cors.Configuration) dimensions {
	d := dimensions{
		targets:        orDefault(m.Targets, Object),
		addressing:     orDefault(m.Addressing, Auto),
		authorisations: orDefault(m.Authorisations, Presigned),
		methods:        orDefault(m.Methods, "GET"),
		headers:        orDefault(m.Headers, Headers{}),
		send:           orDefault(m.Send, Preflight, Actual),
	}
	for _, text := range m.Origins {
		switch text {
		case adversarial:
			d.origins = append(d.origins, neighbours(cfg, m.Origins)...)
		case "none":
			d.origins = append(d.origins, origin{})
		default:
			d.origins = append(d.origins, origin{value: &text})
		}
	}
	return d
}

func orDefault[T any](values []T, otherwise ...T) []T {
	if len(values) == 0 {
		return otherwise
	}
	return values
}

// lengths are in the order in which parts stand in an id.
func (d dimensions) lengths() [6]int {
	return [6]int{len(d.targets), len(d.addressing), len(d.authorisations), len(d.origins), len(d.methods), len(d.headers)}
}

// indices lists the combinations: the product, the last dimension turning fastest; or the zip, a list of one value repeated.
func (d dimensions) indices(zip bool) [][6]int {
	lengths := d.lengths()
	var all [][6]int
	if zip {
		longest := 0
		for _, n := range lengths {
			longest = max(longest, n)
		}
		for i := range longest {
			var index [6]int
			for k, n := range lengths {
				index[k] = min(i, n-1)
			}
			all = append(all, index)
		}
		return all
	}
	for index := [6]int{}; ; {
		all = append(all, index)
		k := len(index) - 1
		for ; k >= 0; k-- {
			if index[k]++; index[k] < lengths[k] {
				break
			}
			index[k] = 0
		}
		if k < 0 {
			return all
		}
	}
}

func (d dimensions) cell(index [6]int) Cell {
	from := d.origins[index[3]]
	method := d.methods[index[4]]
	if method == "none" {
		method = ""
	}
	return Cell{
		Target: d.targets[index[0]], Addressing: d.addressing[index[1]], Authorisation: d.authorisations[index[2]],
		Origin: from.value, Adversarial: from.adversarial, Method: method, Headers: d.headers[index[5]], Send: d.send,
	}
}
