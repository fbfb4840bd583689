import { graphql } from 'relay-runtime';

// Nodes of any type, with fragments on the interface and on types, and the parts that a viewer may leave out.
graphql`
  query AnythingQuery($ids: [ID!]!, $deep: Boolean!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Product {
        name
        unitPrice
        supplier @include(if: $deep) {
          companyName
        }
      }
      ...Anything_node @alias @skip(if: $deep)
    }
    ordersAggregate(groupBy: [{ orderedAt: MONTH }], orderBy: [{ count: DESC }], first: 12) {
      count
      group {
        orderedAt
      }
      sum {
        freight
      }
    }
  }
`;

graphql`
  fragment Anything_node on Node {
    id
    ... on Employee {
      lastName
      manager {
        lastName
      }
    }
  }
`;
