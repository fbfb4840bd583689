// The model, once for each visit: introspection, and what the server says of itself.
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { createContext, useContext } from "react";
import { ask } from "../api/client";
import { state, type State } from "../api/server";
import { readModel, type Model } from "./model";

export interface Studio {
  model: Model;
  state: State;
}

export async function load(): Promise<Studio> {
  const [answer, where] = await Promise.all([ask<IntrospectionQuery>(getIntrospectionQuery({ descriptions: true })), state()]);
  if (!answer.data) throw new Error("The API does not answer introspection: the studio cannot know what there is.");
  return { model: readModel(buildClientSchema(answer.data, { assumeValid: true })), state: where };
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("no studio above");
  return studio;
}
