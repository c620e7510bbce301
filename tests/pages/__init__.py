"""Pages as newsletters, shops, banks, forums and mail programs write them; made up, with their habits kept."""
