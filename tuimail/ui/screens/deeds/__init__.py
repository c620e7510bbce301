"""What the actions of the main screen do, in groups; every group names its actions in one table."""
