//! A graph in columns from left to right: every arrow goes from one column to the next, through a slot of its own where it
//! goes further (Sugiyama, Tagawa & Toda 1981, IEEE Trans Syst Man Cybern 11:109).

/// The nodes in columns. Nodes beyond the given ones are slots, through which long arrows pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layers {
    /// The nodes of each column from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// How many there are, slots included.
    pub nodes: usize,
    /// For each arrow that is drawn the nodes from left to right.
    pub chains: Vec<Vec<usize>>,
    /// Which arrow a chain stands for, by its position.
    pub moves: Vec<usize>,
}

/// Columns for so many nodes and these arrows (from, to). Arrows from a node to itself have no chain.
pub(crate) fn layers(count: usize, arrows: &[(usize, usize)]) -> Layers {
    let forward = without_cycles(count, arrows);
    let column = longest_paths(count, &forward);
    let width = column.iter().max().map_or(0, |&c| c + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); width];
    for (node, &c) in column.iter().enumerate() {
        columns[c].push(node);
    }
    let (mut nodes, mut chains, mut moves) = (count, Vec::new(), Vec::new());
    for (k, &(from, to)) in forward.iter().enumerate() {
        if from == to {
            continue;
        }
        let mut chain = vec![from];
        for slots in &mut columns[column[from] + 1..column[to]] {
            slots.push(nodes);
            chain.push(nodes);
            nodes += 1;
        }
        chain.push(to);
        chains.push(chain);
        moves.push(k);
    }
    order(&mut columns, nodes, &chains);
    Layers { columns, nodes, chains, moves }
}

/// Arrows that close a cycle are turned round. Nodes are visited in their order, which is that of the states.
fn without_cycles(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut visited = vec![0_u8; count];
    let mut turned = vec![false; arrows.len()];
    let entered = |n: usize| arrows.iter().any(|&(from, to)| to == n && from != n);
    // Those that nobody enters first: subjects start there.
    let starts = (0..count).filter(|&n| !entered(n)).chain(0..count);
    for start in starts {
        if visited[start] > 0 {
            continue;
        }
        // A walk without recursion: each node with the arrows of it that were looked at.
        let mut walk = vec![(start, 0)];
        visited[start] = 1;
        while let Some((node, next)) = walk.last_mut() {
            let (node, at) = (*node, *next);
            *next += 1;
            if at == arrows.len() {
                visited[node] = 2;
                walk.pop();
                continue;
            }
            let (from, to) = arrows[at];
            if from == node && to != node {
                if visited[to] == 1 {
                    turned[at] = true;
                } else if visited[to] == 0 {
                    visited[to] = 1;
                    walk.push((to, 0));
                }
            }
        }
    }
    let turn =
        |(&(from, to), &turned): (&(usize, usize), &bool)| if turned { (to, from) } else { (from, to) };
    arrows.iter().zip(&turned).map(turn).collect()
}

/// The column of each node: one beyond the last of those from which an arrow comes.
fn longest_paths(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut column = vec![0; count];
    // No path is longer than the nodes are many.
    for _ in 0..count {
        for &(from, to) in arrows.iter().filter(|(from, to)| from != to) {
            column[to] = column[to].max(column[from] + 1);
        }
    }
    column
}

/// Up to so many sweeps over the columns.
const SWEEPS: usize = 8;

/// Orders each column by the mean place of its neighbours, and keeps the order with the fewest crossings.
fn order(columns: &mut Vec<Vec<usize>>, nodes: usize, chains: &[Vec<usize>]) {
    let pairs: Vec<(usize, usize)> = chains.iter().flat_map(|c| c.windows(2).map(|w| (w[0], w[1]))).collect();
    let mut best = columns.clone();
    let mut least = crossings(columns, nodes, &pairs);
    for sweep in 0..SWEEPS {
        let to_right = sweep % 2 == 0;
        let sequence: Vec<usize> = if to_right {
            (1..columns.len()).collect()
        } else {
            (0..columns.len().saturating_sub(1)).rev().collect()
        };
        for c in sequence {
            let place = places(columns, nodes);
            let mean = |node: usize| {
                let of = |&(a, b): &(usize, usize)| {
                    let (own, other) = if to_right { (b, a) } else { (a, b) };
                    (own == node).then(|| place[other])
                };
                let near: Vec<f64> = pairs.iter().filter_map(of).collect();
                if near.is_empty() { place[node] } else { near.iter().sum::<f64>() / near.len() as f64 }
            };
            let mut keyed: Vec<(f64, usize)> = columns[c].iter().map(|&n| (mean(n), n)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[c] = keyed.into_iter().map(|k| k.1).collect();
        }
        let now = crossings(columns, nodes, &pairs);
        if now < least {
            least = now;
            best.clone_from(columns);
        }
    }
    *columns = best;
}

/// The place of each node in its column, from 0 to 1.
fn places(columns: &[Vec<usize>], nodes: usize) -> Vec<f64> {
    let mut place = vec![0.0; nodes];
    for column in columns {
        for (k, &node) in column.iter().enumerate() {
            place[node] = (k as f64 + 0.5) / column.len() as f64;
        }
    }
    place
}

/// How many pairs of arrows between the same two columns cross.
fn crossings(columns: &[Vec<usize>], nodes: usize, pairs: &[(usize, usize)]) -> usize {
    let (mut column, mut place) = (vec![0; nodes], vec![0; nodes]);
    for (c, own) in columns.iter().enumerate() {
        for (k, &node) in own.iter().enumerate() {
            (column[node], place[node]) = (c, k);
        }
    }
    let crossed = |a: &(usize, usize), b: &(usize, usize)| {
        column[a.0] == column[b.0]
            && (place[a.0] < place[b.0] && place[a.1] > place[b.1]
                || place[a.0] > place[b.0] && place[a.1] < place[b.1])
    };
    (0..pairs.len()).map(|i| (0..i).filter(|&j| crossed(&pairs[i], &pairs[j])).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illness_and_death_have_a_slot_for_the_way_around() {
        let plan = layers(3, &[(0, 1), (0, 2), (1, 2)]);
        assert_eq!(plan.columns.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(plan.nodes, 4);
        assert!(plan.chains.contains(&vec![0, 3, 2]));
    }

    #[test]
    fn arrows_in_a_circle_end() {
        let plan = layers(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]);
        assert_eq!(plan.columns, [vec![0], vec![1, 3], vec![2]]);
        // The way back runs as one from left to right; the arrow to itself has none.
        assert_eq!(plan.chains.len(), 3);
        assert_eq!(plan.moves, [0, 1, 2]);
    }

    #[test]
    fn crossings_are_undone_where_they_can_be() {
        let arrows = [(0, 3), (1, 2), (0, 2), (1, 3), (4, 0), (4, 1)];
        let plan = layers(5, &arrows);
        let pairs: Vec<(usize, usize)> =
            plan.chains.iter().flat_map(|c| c.windows(2).map(|w| (w[0], w[1]))).collect();
        // Two by two, all joined: one crossing is left.
        assert_eq!(crossings(&plan.columns, plan.nodes, &pairs), 1);
    }
}
