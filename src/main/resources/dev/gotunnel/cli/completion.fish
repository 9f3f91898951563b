# Completion of gotunnel for fish. For this shell: gotunnel completion fish | source
# For good: gotunnel completion fish > ~/.config/fish/completions/gotunnel.fish
function __gotunnel_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (gotunnel complete -- $typed[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path "$current"
        case :command
            __fish_complete_command
        case '*'
            printf '%s\n' $lines
    end
end
complete -c gotunnel -f -a '(__gotunnel_complete)'
