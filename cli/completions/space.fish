# fish completion of space(1). What can be completed is asked of the program itself ("space complete").

# Candidates for what an option or operand takes, by the word that help shows for it.
function __space_value
    switch $argv[1]
        case FILE '[=FILE]'
            __fish_complete_path (commandline -ct)
        case DIR ROOTFS
            __fish_complete_directories (commandline -ct)
        case 'PID*'
            __fish_complete_pids
        case 'TYPE,*'
            printf '%s\n' cgroup ipc mnt net pid time user uts
        case 'FILE|*'
            string split '|' -- (string replace 'FILE|' '' -- $argv[1])
            __fish_complete_path (commandline -ct)
        case '*|*'
            string split '|' -- $argv[1]
    end
end

# The command whose words are $argv[2..]: execute, chroot or inject.
function __space_command
    set -l command $argv[1]
    set -l words $argv[2..]
    set -l lines (space complete $command 2>/dev/null)
    set -l operand
    switch $command
        case chroot
            set operand ROOTFS
        case inject
            set operand PID
    end

    set -l wanted
    while set -q words[1]
        set -l word $words[1]
        if test -n "$wanted"
            set wanted
        else if test "$word" = --
            set -e words[1]
            break
        else if string match -q -- '-*' $word
            # What the last letter of a bundle of short options takes, or the long option.
            set -l name $word
            if not string match -q -- '--*' $word
                set name -(string sub -s -1 -- $word)
            end
            for line in $lines
                set -l part (string split \t -- $line)
                if test "$part[1]" = "$name"; and not string match -qr '^(-$|\[)' -- $part[2]
                    set wanted $part[2]
                end
            end
        else if test -n "$operand"
            set operand
        else
            break
        end
        set -e words[1]
    end

    if test -n "$wanted"
        __space_value $wanted
    else if test -n "$operand"; and not string match -q -- '-*' (commandline -ct)
        __space_value $operand
    else if string match -q -- '-*' (commandline -ct)
        for line in $lines
            set -l part (string split \t -- $line)
            printf '%s\t%s\n' $part[1] $part[3]
        end
    else
        complete -C "$(string join ' ' -- (string escape -- $words) (commandline -ct))"
    end
end

function __space_complete
    set -l words (commandline -opc)[2..]
    set -l explained
    while set -q words[1]
        switch $words[1]
            case '-*'
            case explain
                set explained yes
            case execute chroot inject
                __space_command $words
                return
            case features doctor gc
                echo --json
                return
            case completion
                printf '%s\n' bash zsh fish
                return
            case help
                space complete | string replace -r '\t[^\t]*\t' '\t'
                return
            case '*'
                return
        end
        set -e words[1]
    end
    if test -n "$explained"
        printf '%s\n' execute chroot inject --json --oci --seccomp
    else
        space complete | string replace -r '\t[^\t]*\t' \t
        printf '%s\n' --help --version --verbose
    end
end

complete -c space -f -a '(__space_complete)'
