from pyspaces import Container

script = "echo process $$ of user $(id -u) on $(uname -n); exit 3"
box = Container(argv=["sh", "-c", script], all=True, hostname="box")
box.start()
box.join()
print("exit status", box.exitcode)
