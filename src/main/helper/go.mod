module gotunnel-helper

go 1.19
