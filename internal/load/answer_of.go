package load

import "cambium/engine/database"

// answerOf finds the database's answer in an error's chain.
func answerOf(err error) (answer, bool) {
	e, ok := database.AsServerError(err)
	if !ok {
		return answer{}, false
	}
	return answer{
		err: err, code: e.Code, message: e.Message, detail: e.Detail, where: e.Where,
		constraint: e.Constraint, column: e.Column,
	}, true
}
