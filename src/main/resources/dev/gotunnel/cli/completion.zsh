#compdef gotunnel
# Completion of gotunnel for zsh. For this shell: source <(gotunnel completion zsh)
# For good: put it as _gotunnel into a folder of $fpath.
_gotunnel() {
    local -a lines shown
    local line
    lines=("${(@f)$(gotunnel complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    case ${lines[1]} in
        '') return 1 ;;
        :files) _files ;;
        :command) _command_names -e ;;
        *)
            for line in $lines; do
                shown+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
            done
            _describe -t gotunnel gotunnel shown
            ;;
    esac
}
if [ "$funcstack[1]" = _gotunnel ]; then
    _gotunnel "$@"
else
    compdef _gotunnel gotunnel
fi
