# bash completion of space(1). What can be completed is asked of the program itself ("space complete").

# Sets COMPREPLY to those of the words in $1 (one a line) that begin with the current word.
__space_reply() {
    local IFS=$'\n'
    # shellcheck disable=SC2207 # one word a line, and no globbing in compgen's answer that is not wanted
    COMPREPLY=($(compgen -W "$1" -- "$current"))
}

# What an option or operand takes, by the word that help shows for it.
__space_value() {
    local IFS=$'\n'
    case $1 in
        FILE | '[=FILE]') compopt -o filenames && mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        DIR | ROOTFS) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        PID*) __space_reply "$(cd /proc && printf '%s\n' [0-9]*)" ;;
        TYPE,*) __space_reply $'cgroup\nipc\nmnt\nnet\npid\ntime\nuser\nuts' ;;
        FILE'|'*)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -W "${1//'|'/ }" -- "$current" | grep -vx FILE)
            ;;
        *'|'*) __space_reply "${1//'|'/$'\n'}" ;;
    esac
}

# The words of execute, chroot or inject from index $2 on.
__space_command() {
    local command=$1 index=$2 operand='' name takes letter wanted='' options=''
    local -A value=()
    case $command in
        chroot) operand=ROOTFS ;;
        inject) operand=PID ;;
    esac
    while IFS=$'\t' read -r name takes _; do
        value[$name]=$takes
        options+=$name$'\n'
    done < <("${COMP_WORDS[0]}" complete "$command" 2>/dev/null)

    # Where in the command line are we: wanted is what the current word is a value of.
    for ((; index < COMP_CWORD; index++)); do
        local word=${COMP_WORDS[index]}
        if [[ -n $wanted ]]; then
            # "=" is a word of its own to bash.
            [[ $word == = ]] || wanted=
        elif [[ $word == -- ]]; then
            ((index++))
            break
        elif [[ $word == --* ]]; then
            case ${value[$word]-} in
                '' | -) ;;
                '['*) [[ ${COMP_WORDS[index + 1]-} != = ]] || wanted=${value[$word]} ;;
                *) wanted=${value[$word]} ;;
            esac
        elif [[ $word == -?* ]]; then
            for ((letter = 1; letter < ${#word}; letter++)); do
                takes=${value[-${word:letter:1}]-}
                if [[ -n $takes && $takes != - && $takes != '['* ]]; then
                    ((letter < ${#word} - 1)) || wanted=$takes
                    break
                fi
            done
        elif [[ -n $operand ]]; then
            operand=
        else
            break
        fi
    done

    if [[ -n $wanted ]]; then
        [[ $current != = ]] || current=
        __space_value "$wanted"
    elif ((index == COMP_CWORD)) && [[ $current == -* && ${COMP_WORDS[index - 1]} != -- ]]; then
        __space_reply "$options"
    elif ((index == COMP_CWORD)) && [[ -n $operand ]]; then
        __space_value "$operand"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$index" # of the package bash-completion
    elif ((index == COMP_CWORD)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
        compopt -o default
    fi
}

_space() {
    local current=${COMP_WORDS[COMP_CWORD]} index command='' commands
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
            -* | explain) ;;
            *)
                command=${COMP_WORDS[index]}
                break
                ;;
        esac
    done
    commands=$("${COMP_WORDS[0]}" complete 2>/dev/null | cut -f 1)
    case $command in
        execute | chroot | inject) __space_command "$command" "$((index + 1))" ;;
        features | doctor | gc) __space_reply --json ;;
        completion) __space_reply $'bash\nzsh\nfish' ;;
        help) __space_reply "$commands" ;;
        '')
            if [[ " ${COMP_WORDS[*]:1:COMP_CWORD-1} " == *' explain '* ]]; then
                __space_reply $'execute\nchroot\ninject\n--json\n--oci\n--seccomp'
            else
                __space_reply "$commands"$'\n--help\n--version\n--verbose'
            fi
            ;;
    esac
}

complete -F _space space
