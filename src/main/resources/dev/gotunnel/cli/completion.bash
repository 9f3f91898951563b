# Completion of gotunnel for bash. For this shell: eval "$(gotunnel completion bash)"
_gotunnel() {
    local current=${COMP_WORDS[COMP_CWORD]} line
    local -a typed=("${COMP_WORDS[@]:1:COMP_CWORD}")
    # bash takes --name=value for three words.
    if [ "$current" = "=" ]; then
        current=
        typed[COMP_CWORD - 1]=
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files | :command)
                compopt -o filenames 2>/dev/null
                [ "$line" = :files ] || while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$current")
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
                ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(gotunnel complete -- "${typed[@]}" 2>/dev/null)
}
complete -F _gotunnel gotunnel
