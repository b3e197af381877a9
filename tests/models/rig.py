"""What a network's command line writes."""

import json


def written_by(main, folder, *arguments, **options):
    """The content of its JSON file; the picture is not empty."""
    out, file = folder / "out.png", folder / "out.json"
    main(*arguments, **options, out=out, json_file=file)
    assert out.stat().st_size > 0
    return json.loads(file.read_text())
