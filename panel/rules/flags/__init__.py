"""Red flags (核实提示): what an inspector may want to ask about; with numbers, and accusing nobody."""
