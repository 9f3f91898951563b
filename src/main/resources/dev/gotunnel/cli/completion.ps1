# Completion of gotunnel for PowerShell. For this shell: gotunnel completion powershell | Out-String | Invoke-Expression
# For good: put that line into the file that $PROFILE names.
Register-ArgumentCompleter -Native -CommandName gotunnel -ScriptBlock {
    param($current, $ast, $position)
    $typed = @($ast.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
    # Older versions do not pass an empty argument on; two quotation marks stand for it.
    $word = if ($current -eq '') { '""' } else { $current }
    foreach ($line in @(gotunnel complete -- @typed $word 2>$null)) {
        if ($line -eq ':files' -or $line -eq ':command') {
            Get-ChildItem -Name -Path "$current*" | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ProviderItem', $_)
            }
        } else {
            $name, $text = $line -split "`t", 2
            if (-not $text) { $text = $name }
            [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $text)
        }
    }
}
