//! Colours for light and dark paper.

/// Every rule begins with the picture's class, so that a page which holds it keeps its own style.
pub(super) const STYLE: &str = "
.circuit { background: #ffffff }
.circuit text { font: 13px ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2933 }
.circuit .paper { fill: #ffffff }
.circuit .band { fill: #f5f7fa }
.circuit .title { font-size: 16px; font-weight: 600 }
.circuit .soft { fill: #66727f; font-size: 12px }
.circuit .mid { text-anchor: middle }
.circuit .frame { fill: #2f6fb0; fill-opacity: .05; stroke: #9db4cc; stroke-width: 1 }
.circuit .name { fill: #47688a; font-size: 11.5px; font-weight: 600 }
.circuit .edge { fill: none; stroke: #9fb0c1; stroke-width: 1.3 }
.circuit .edge.public { stroke: #b3a067; stroke-dasharray: 4 3 }
.circuit .edge.critical { stroke: #d9480f; stroke-width: 2.4; stroke-linecap: round }
.circuit .node path, .circuit .node rect { fill: #f3f8fd; stroke: #5b8fc4; stroke-width: 1.2 }
.circuit .node.level rect { fill: #cfe2f6 }
.circuit .node.input path { fill: #2f6fb0; stroke: #2f6fb0 }
.circuit .node.input text { fill: #ffffff }
.circuit .node.output path { fill: #dcebe6; stroke: #2b7a67 }
.circuit .node.public path, .circuit .node.public rect { fill: #fdfbf3; stroke: #a8935a; stroke-dasharray: 4 3 }
.circuit .node.public text { fill: #5f5330 }
.circuit .node.critical path, .circuit .node.critical rect { stroke: #d9480f; stroke-width: 2.2 }
@media (prefers-color-scheme: dark) {
.circuit { background: #0f1720 }
.circuit text { fill: #e3e9ef }
.circuit .paper { fill: #0f1720 }
.circuit .band { fill: #15202c }
.circuit .soft { fill: #94a3b3 }
.circuit .frame { fill: #5b9bd8; fill-opacity: .07; stroke: #3a5877 }
.circuit .name { fill: #8fb4d9 }
.circuit .edge { stroke: #50647a }
.circuit .edge.public { stroke: #8a7a48 }
.circuit .edge.critical { stroke: #ff8552 }
.circuit .node path, .circuit .node rect { fill: #152638; stroke: #5b9bd8 }
.circuit .node.level rect { fill: #24496f }
.circuit .node.input path { fill: #3a7fc4; stroke: #3a7fc4 }
.circuit .node.output path { fill: #17382f; stroke: #4fb39a }
.circuit .node.public path, .circuit .node.public rect { fill: #211e14; stroke: #a8935a }
.circuit .node.public text { fill: #dccf9f }
.circuit .node.critical path, .circuit .node.critical rect { stroke: #ff8552 }
}
";
