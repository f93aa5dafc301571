import type { Statement, VariableDeclarator } from "@swc/core";
import { Visitor } from "@swc/core/Visitor.js";

/**
 * dependency-cruiser walks TypeScript with swc's visitor, which gives up at `using` declarations though swc's parser
 * knows them. This teaches the visitor to walk into them as into any other declaration.
 */
export function teachSwcUsing(): void {
  if (Reflect.has(Visitor.prototype, taught)) return;
  const visitStatement = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function (this: Visitor, statement: Statement): Statement {
    if (!isUsing(statement)) return visitStatement.call(this, statement);
    this.visitVariableDeclarators(statement.decls);
    return statement;
  };
  Reflect.set(Visitor.prototype, taught, true);
}

const taught = Symbol("knows using declarations");

function isUsing(statement: object): statement is { readonly decls: VariableDeclarator[] } {
  return Reflect.get(statement, "type") === "UsingDeclaration";
}
