import pyspaces

script = "echo process $$ of user $(id -u) on $(uname -n); exit 3"
done = pyspaces.run(["sh", "-c", script], all=True, hostname="box")
print("exit status", done.returncode)
