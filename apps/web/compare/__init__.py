"""Two to five orchestrators side by side: what was asked, their figures, the table, the chart."""
