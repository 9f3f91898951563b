@echo off
rem Starts gotunnel on Windows, as bin/gotunnel does elsewhere; the reasons stand there. Without "!" expansion,
rem because arguments may hold that character. Names of variables know no case here and reach the program: hence "gt_".
setlocal EnableExtensions DisableDelayedExpansion

set "gt_needs=25"
for %%i in ("%~dp0..") do set "gt_home=%%~fi"
set "gt_lib=%gt_home%\lib"
set "gt_java="

if defined GOTUNNEL_JAVA_HOME (
    call :try "%GOTUNNEL_JAVA_HOME%"
    if not defined gt_java echo gotunnel: GOTUNNEL_JAVA_HOME holds no Java %gt_needs% or newer; looking elsewhere. 1>&2
)
if not defined gt_java if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined gt_java if exist "%gt_lib%\built-with" (
    for /f "usebackq delims=" %%i in ("%gt_lib%\built-with") do call :try "%%i"
)
if not defined gt_java for %%i in (java.exe) do if not "%%~$PATH:i"=="" call :try "%%~dp$PATH:i.."
if not defined gt_java for /d %%i in (
    "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk-*" "%ProgramFiles%\Zulu\*"
    "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*" "%LOCALAPPDATA%\Programs\Eclipse Adoptium\*"
    "%USERPROFILE%\.jdks\*" "%USERPROFILE%\scoop\apps\*jdk*"
) do (
    call :try "%%~i"
    call :try "%%~i\current"
)
if not defined gt_java (
    echo gotunnel: needs Java %gt_needs% or newer, and found none. Install one ^(for example from https://adoptium.net^), or set GOTUNNEL_JAVA_HOME to the folder of yours. 1>&2
    exit /b 1
)

rem cmd splits "--config=FILE" at the sign like at a blank, so both spellings look alike here.
set "gt_kind=desktop"
set "gt_value="
:argument
if "%~1"=="" goto chosen
if defined gt_value (
    set "gt_value="
    shift
    goto argument
)
for %%i in (--config --profile --log-level --log-format --environment --sentry-dsn --proxy --proxy-http-port --proxy-https-port) do if "%~1"=="%%i" set "gt_value=expected"
rem KEY=VALUE counts as two.
if "%~1"=="--set" (
    set "gt_value=expected"
    shift
)
if defined gt_value (
    shift
    goto argument
)
set "gt_kind=command"
set "gt_word=%~1"
if "%gt_word:~0,1%"=="-" set "gt_kind=desktop"
for %%i in (-h --help -V --version) do if "%~1"=="%%i" set "gt_kind=command"
for %%i in (--headless start demo) do if "%~1"=="%%i" set "gt_kind=engine"
if not "%gt_kind%"=="desktop" goto chosen
shift
goto argument

:chosen
set "gt_flags=-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData --enable-native-access=ALL-UNNAMED"
set "gt_flags=%gt_flags% -Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false"
rem Else Netty reaches memory by handles whose code the JVM would write anew at each start; the same for reflection.
set "gt_flags=%gt_flags% --sun-misc-unsafe-memory-access=allow -Djdk.reflect.useNativeAccessorOnly=true"
if not "%gt_kind%"=="desktop" set "gt_flags=%gt_flags% -Xms8m -Xmx96m -Xss256k -XX:ReservedCodeCacheSize=48m -XX:MaxDirectMemorySize=64m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30"
if "%gt_kind%"=="desktop" set "gt_flags=%gt_flags% -Xms24m -Xmx192m"
rem A start is over before compilation pays; what is hot is compiled within a second of load all the same.
set "gt_flags=%gt_flags% -XX:CompileThresholdScaling=3"
if "%gt_kind%"=="command" set "gt_flags=%gt_flags% -XX:TieredStopAtLevel=1"

rem The layout's build removes caches older than the jars; cmd cannot compare the times of files without help.
rem No blocks in parentheses from here on: a folder may be named "x (1)".
set "gt_aot=-Xlog:aot=off"
rem The cache stays where it is made for, and holds no profiles, by which the JVM would compile at once.
set "gt_trained=-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:-AOTRecordTraining -XX:-AOTReplayTraining"
set "gt_trained_with="
if not defined GOTUNNEL_AOT_OUTPUT goto use_cache
set "gt_aot=-XX:AOTCacheOutput=%GOTUNNEL_AOT_OUTPUT%"
>"%GOTUNNEL_AOT_OUTPUT%.jdk" echo %gt_jdk%
goto run

:use_cache
if not exist "%gt_lib%\gotunnel.aot" goto run
if not exist "%gt_lib%\gotunnel.aot.jdk" goto run
for /f "usebackq delims=" %%i in ("%gt_lib%\gotunnel.aot.jdk") do set "gt_trained_with=%%i"
if "%gt_trained_with%"=="%gt_jdk%" set "gt_aot=-XX:AOTCache=%gt_lib%\gotunnel.aot"

:run
if "%gt_kind%"=="desktop" goto desktop
"%gt_java%\bin\java.exe" %gt_flags% "-Djava.library.path=%gt_lib%\native" "-Dgotunnel.home=%gt_home%" "-Dgotunnel.launcher=%gt_home%\bin\gotunnel.bat" "%gt_aot%" %gt_trained% -Xlog:aot=off %GOTUNNEL_JAVA_OPTS% -jar "%gt_lib%\gotunnel.jar" %*
exit /b

rem javaw has no console that would stay open behind the window.
:desktop
start "gotunnel" "%gt_java%\bin\javaw.exe" %gt_flags% "-Djava.library.path=%gt_lib%\native" "-Dgotunnel.home=%gt_home%" "-Dgotunnel.launcher=%gt_home%\bin\gotunnel.bat" "%gt_aot%" %gt_trained% -Xlog:aot=off %GOTUNNEL_JAVA_OPTS% -jar "%gt_lib%\gotunnel.jar" %*
exit /b

rem Takes %1 as Java home if it holds Java 25 or newer. eol=M skips the long line MODULES.
:try
if defined gt_java exit /b
if not exist "%~f1\bin\java.exe" exit /b
if not exist "%~f1\release" exit /b
set "gt_version=0"
set "gt_jdk="
for /f "usebackq eol=M tokens=1,2 delims==" %%k in ("%~f1\release") do (
    if "%%k"=="JAVA_VERSION" for /f "delims=.-+ " %%v in ("%%~l") do set "gt_version=%%v"
    for %%n in (IMPLEMENTOR JAVA_RUNTIME_VERSION OS_ARCH OS_NAME LIBC) do if "%%k"=="%%n" call :identify "%%k=%%~l"
)
if %gt_version% GEQ %gt_needs% set "gt_java=%~f1"
exit /b

:identify
set "gt_jdk=%gt_jdk%%~1;"
exit /b
