# ouro.bash -- completion in bash: commands, options, workloads, policies, files
#
# All names are asked of the program, so none can be missing. A colon ends a word in bash: knobs
# behind a policy's name are not completed.

_ouro_names() { "$program" list "$1" --tsv 2>/dev/null | tail -n +2 | cut -f 1; }
_ouro_offer() { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$word"); }

_ouro() {
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-}
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        _ouro_offer -W "$("$program" --help 2>/dev/null | sed -nE 's/^  ([a-z]+) .*/\1/p') --help"
        return
    fi
    case $before in
    --policy)
        _ouro_offer -W "$(_ouro_names policies)"
        _ouro_offer -f -X '!*.so'
        _ouro_offer -f -X '!*.ini'
        _ouro_offer -d
        return
        ;;
    --policy-file)
        _ouro_offer -f -X '!*.ini'
        _ouro_offer -d
        return
        ;;
    --out) _ouro_offer -d; return ;;
    esac
    if [[ $word == -* ]]; then
        _ouro_offer -W "$("$program" "$command" --help 2>/dev/null |
            sed -nE 's/^  (--?[a-z-]+).*/\1/p')"
        return
    fi
    case $command in
    list) _ouro_offer -W 'policies workloads metrics' ;;
    help)
        _ouro_offer -W "$("$program" help 2>/dev/null | sed -nE '1s/.*help ([^ ]*)/\1/p' |
            tr '|' ' ')"
        ;;
    run | compare | sweep | verify) _ouro_offer -W "$(_ouro_names workloads)" ;;&
    *) _ouro_offer -f ;;
    esac
}
complete -o filenames -F _ouro ouro
